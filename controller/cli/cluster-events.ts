/** Where the Events of objects without a namespace are. */
export const clusterEventsNamespace = "default";
