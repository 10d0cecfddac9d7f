/** The UDP network as one node sees it. Sending never fails: what the machine refuses is lost, as on the air. */
export interface NodeWire {
  broadcast(text: string): void;
  send(text: string, address: string, port: number): void;
}

/** Where a datagram came from. */
export interface Source {
  readonly address: string;
  readonly port: number;
}
