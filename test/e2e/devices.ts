// The devices and colour schemes for the tests of the page.

import type { BrowserContextOptions } from 'playwright-core'

const sizes = {
  phone: {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    hasTouch: true,
    isMobile: true,
  },
  desktop: { viewport: { width: 1280, height: 800 } },
} as const

export type Device = { size: keyof typeof sizes; scheme: 'light' | 'dark' }

export const devices: readonly Device[] = [
  { size: 'phone', scheme: 'light' },
  { size: 'phone', scheme: 'dark' },
  { size: 'desktop', scheme: 'light' },
  { size: 'desktop', scheme: 'dark' },
]

export function contextOptions({ size, scheme }: Device): BrowserContextOptions {
  return { ...sizes[size], colorScheme: scheme }
}
