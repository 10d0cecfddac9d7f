const nameMaxCharacters = 63;

/**
 * The name of a device's Node: its hostname as a DNS label, such as `esp-a1b2c3` for `esp_A1B2C3`. Empty when the hostname has no letter
 * and no digit.
 */
export function nodeNameOf(hostname: string): string {
  return hostname
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, nameMaxCharacters)
    .replaceAll(/^-+|-+$/g, "");
}
