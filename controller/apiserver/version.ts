/**
 * What `/version` reports. Clients choose their behaviour by the minor version, so it is that of the Kubernetes API whose rules this server
 * follows; what we are stands behind the plus sign, where semantic versions allow it.
 */
export const versionInfo = {
  major: "1",
  minor: "32",
  gitVersion: "v1.32.4+spore.1",
  gitCommit: "",
  gitTreeState: "",
  buildDate: "",
  goVersion: `node ${process.version}`,
  compiler: "v8",
  platform: `${process.platform}/${process.arch === "x64" ? "amd64" : process.arch}`,
} as const;
