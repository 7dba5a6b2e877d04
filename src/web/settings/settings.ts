// What the user has chosen about the page, kept in this browser for all its tabs.

import { storedSettings, storeSettings } from '../browser-storage.ts'
import { parseSettings, type Settings } from './setting-values.ts'

export const readSettings = (): Settings => parseSettings(storedSettings())

export type SettingsStore = ReturnType<typeof createSettings>

export function createSettings() {
  let current = readSettings()
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  // Another tab has changed them.
  addEventListener('storage', () => {
    current = readSettings()
    tell()
  })
  return {
    get current(): Settings {
      return current
    },
    set(change: Partial<Settings>): void {
      current = { ...current, ...change }
      storeSettings(current)
      tell()
    },
    /** Runs the listener now, and at each change. */
    follow(listener: () => void, signal?: AbortSignal): void {
      listeners.add(listener)
      signal?.addEventListener('abort', () => listeners.delete(listener))
      listener()
    },
  }
}

/** Whether the Enter key sends, and Shift and Enter begin a new line. */
export function enterSends({ enter }: Settings): boolean {
  return enter === 'device' ? !matchMedia('(pointer: coarse)').matches : enter === 'send'
}
