/** Kubernetes' rules for names, labels and the like, each as a predicate and the sentence that explains it. */

const label = "[a-z0-9](?:[-a-z0-9]*[a-z0-9])?";
const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${label}(?:\\.${label})*$`);
const qualifiedPattern = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

export const dnsLabelRule =
  "must be at most 63 lower-case letters, digits and '-', beginning and ending with a letter or digit (RFC 1123 label)";
export const dnsSubdomainRule =
  "must be at most 253 lower-case letters, digits, '-' and '.', each part beginning and ending with a letter or digit (RFC 1123 subdomain)";
export const qualifiedNameRule =
  "must be at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit, behind an optional DNS prefix and '/'";
export const labelValueRule =
  "must be empty or at most 63 letters, digits, '-', '_' and '.', beginning and ending with a letter or digit";

/** RFC 1123 label: names of namespaces. */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && labelPattern.test(text);
}

/** RFC 1123 subdomain: names of objects. */
export function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && subdomainPattern.test(text);
}

/** `[prefix/]name`: keys of labels and annotations, finalizers. */
export function isQualifiedName(text: string): boolean {
  const slash = text.indexOf("/");
  const name = text.slice(slash + 1);
  return name.length <= 63 && qualifiedPattern.test(name) && (slash < 0 || isDnsSubdomain(text.slice(0, slash)));
}

/** A value of a Kubernetes label. */
export function isLabelValue(text: string): boolean {
  return text === "" || (text.length <= 63 && qualifiedPattern.test(text));
}
