#!/usr/bin/env node
import { pluginEnvironment } from "./plugin-environment.ts";

// `kubectl spore …` runs the program `kubectl-spore` that is on the PATH.
Object.assign(process.env, pluginEnvironment(process.env));
await import("./main.ts");
