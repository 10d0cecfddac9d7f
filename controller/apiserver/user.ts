/** Who sends a request. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

/** May do everything. */
export const mastersGroup = "system:masters";
/** Everybody who proved who they are. */
export const authenticatedGroup = "system:authenticated";

/** Nobody in particular. */
export const anonymous: User = { name: "system:anonymous", groups: ["system:unauthenticated"] };
/** Whoever runs the reconcilers: this process, or another one that works on this server. */
export const controllersGroup = "system:spore-controllers";
/** The reconcilers in this process. */
export const controllers: User = { name: "system:spore-controllers", groups: [controllersGroup, authenticatedGroup] };
