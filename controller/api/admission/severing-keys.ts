/** Configuration that can cut a board off from its network. */
const severing = /^(wifi_.*|udp_port|api_server_port)$/;

/** Whether a value under this key could leave a board unreachable. Refused until two-phase rotation exists. */
export function isSeveringKey(key: string): boolean {
  return severing.test(key);
}

/** Why such a key is refused. */
export const severingRule =
  "this key can cut a board off from its network, so SPORE does not set it; set it on the board itself, by cable or on its own page";
