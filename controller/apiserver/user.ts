/** Who sends a request. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
  /** Tells one user from a later one of the same name. */
  readonly uid?: string;
  /** Further facts of whoever established the identity, such as which credential it was. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** May do everything. */
export const mastersGroup = "system:masters";
/** Everybody who proved who they are. */
export const authenticatedGroup = "system:authenticated";
/** Everybody who did not. */
export const unauthenticatedGroup = "system:unauthenticated";

/** Nobody in particular. */
export const anonymous: User = { name: "system:anonymous", groups: [unauthenticatedGroup] };
/** Whoever runs the reconcilers: this process, or another one that works on this server. */
export const controllersGroup = "system:spore-controllers";
/** The reconcilers in this process. */
export const controllers: User = { name: "system:spore-controllers", groups: [controllersGroup, authenticatedGroup] };
/** The server itself, where it writes objects as a user would. */
export const apiServer: User = { name: "system:apiserver", groups: [mastersGroup] };

/** What GitSyncs that name no ServiceAccount do. */
export const gitSyncs: User = { name: "system:spore-git-sync", groups: [authenticatedGroup] };
