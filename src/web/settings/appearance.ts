// The theme and the density, as attributes of the document for the style sheet.

import type { Settings } from './setting-values.ts'
import { readSettings, type SettingsStore } from './settings.ts'

const darkSystem = '(prefers-color-scheme: dark)'
/** The colour of the header, for the frame of the window. */
const frameColors = { light: '#fffdf8', dark: '#1b2320' } as const

export function showAppearance({ theme, density }: Settings = readSettings()): void {
  const system = matchMedia(darkSystem).matches ? 'dark' : 'light'
  const shown = theme === 'system' ? system : theme
  Object.assign(document.documentElement.dataset, { theme: shown, density })
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', frameColors[shown])
}

/** Follows the settings and the system for as long as the page is open. */
export function followAppearance(settings: SettingsStore): void {
  const show = () => showAppearance(settings.current)
  settings.follow(show)
  matchMedia(darkSystem).addEventListener('change', show)
}
