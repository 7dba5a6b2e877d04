// The devices and colours in which the page is looked at.

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

export type Look = { size: keyof typeof sizes; scheme: 'light' | 'dark' }

export const looks: readonly Look[] = [
  { size: 'phone', scheme: 'light' },
  { size: 'phone', scheme: 'dark' },
  { size: 'desktop', scheme: 'light' },
  { size: 'desktop', scheme: 'dark' },
]

export function optionsOf({ size, scheme }: Look): BrowserContextOptions {
  return { ...sizes[size], colorScheme: scheme }
}
