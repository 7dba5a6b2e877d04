// Finds Chromium on this machine: CHROMIUM_PATH, else the usual paths.

import { accessSync, constants } from 'node:fs'

const usualPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** @returns its path, or a sentence that says what to do */
export function findChromium(named: string | undefined): { path: string } | { missing: string } {
  if (named) {
    if (isProgram(named)) return { path: named }
    return { missing: `CHROMIUM_PATH is ${named}, which is no executable program.` }
  }
  const path = usualPaths.find(isProgram)
  if (path) return { path }
  return {
    missing:
      'These tests need Chromium, and it is in none of the usual paths: install it (Debian: ' +
      'apt-get install chromium), or set CHROMIUM_PATH.',
  }
}
