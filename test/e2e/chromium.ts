// Where Chromium is on this machine: CHROMIUM_PATH, else the usual places.

import { accessSync, constants } from 'node:fs'

const usualPlaces = [
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

/** @returns its path, or the sentence that says why there is none */
export function findChromium(named: string | undefined): { path: string } | { missing: string } {
  if (named) {
    if (isProgram(named)) return { path: named }
    return { missing: `CHROMIUM_PATH is ${named}, and that is no program.` }
  }
  const path = usualPlaces.find(isProgram)
  if (path) return { path }
  return {
    missing:
      'These tests need Chromium, and there is none in the usual places: install it (Debian: ' +
      'apt-get install chromium), or set CHROMIUM_PATH.',
  }
}
