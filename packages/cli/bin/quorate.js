#!/usr/bin/env node
import { isBundleCurrent } from './is-bundle-current.js';

// One file in place of some eight hundred: it starts in less than half the time.
await import(isBundleCurrent() ? '../bundle/quorate.mjs' : '../dist/main.js');
