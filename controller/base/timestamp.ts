/** A time as Kubernetes writes it: RFC 3339, whole seconds, UTC. `ms` since 1970. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
