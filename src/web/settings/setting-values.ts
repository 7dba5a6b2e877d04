// The settings of the page and their values.

/** The first value of each is the default. */
const values = {
  theme: ['system', 'light', 'dark'],
  density: ['comfortable', 'compact'],
  /** `locale`: as people write the time where the browser's language is spoken. */
  hours: ['locale', 'h12', 'h23'],
  /** What the Enter key does. `device`: it sends, except on phones. */
  enter: ['device', 'send', 'newline'],
  /** What the user is told about while nobody looks at the page. */
  notify: ['off', 'mentions', 'all'],
  sound: ['off', 'on'],
  /** Whether the page has asked if the user wants notifications. */
  asked: ['no', 'yes'],
} as const

export type Settings = { readonly [K in keyof typeof values]: (typeof values)[K][number] }

/** @param stored of any version of the page: what this one does not know has its default */
export function parseSettings(stored: Readonly<Record<string, unknown>>): Settings {
  const entries = Object.entries(values).map(([name, allowed]) => [
    name,
    allowed.find((value) => value === stored[name]) ?? allowed[0],
  ])
  return Object.fromEntries(entries) as Settings
}
