/** Whether this run is one of `npm run test:long`, which may take its time. What imports this is what it runs. */
export const isLongRun = process.env.SPORE_LONG !== undefined;
