// Each worker loads this. When Vitest itself is killed its workers would go on, with every process that they started.
process.once("disconnect", () => process.exit(1));
