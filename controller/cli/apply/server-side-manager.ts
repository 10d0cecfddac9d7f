/** Under this name server-side apply owns fields where no other was given: kubectl's, so that the two may take turns. */
export const serverSideManager = "kubectl";
