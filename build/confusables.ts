// Writes src/domain/confusables.json out of Unicode's table of characters that look alike:
//   node build/confusables.ts confusables.txt
// The file is at https://www.unicode.org/Public/security/latest/confusables.txt. A new table changes
// the skeletons of stored names: docs/deploy.md names the migration that this needs.

import { readFileSync, writeFileSync } from 'node:fs'

const target = 'src/domain/confusables.json'

/** A username has no other characters. */
const ofNames = /^[\p{L}\p{M}\p{Nd}\p{P}]$/u

export type Confusables = {
  source: string
  /** A prototype → the characters that look like it. */
  alike: Record<string, string>
}

const charactersOf = (codes = ''): string =>
  codes
    .trim()
    .split(' ')
    .map((code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .join('')

/** @param text of confusables.txt */
export function readConfusables(text: string): Confusables {
  const version = /^# Version: (\S+)/m.exec(text)?.[1]
  if (!version) throw new Error('The file does not say its version: it is not confusables.txt.')
  const alike: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const [codes, prototypes] = line.replace(/#.*/, '').split(';')
    if (!prototypes) continue
    const [character, prototype] = [charactersOf(codes), charactersOf(prototypes)]
    // A skeleton comes from decomposed text, in which the others do not occur.
    if (!ofNames.test(character) || character.normalize('NFD') !== character) continue
    alike[prototype] = (alike[prototype] ?? '') + character
  }
  const source =
    `confusables.txt of Unicode ${version}, © Unicode, Inc., under the Unicode License v3 ` +
    '(https://www.unicode.org/license.txt)'
  return { source, alike }
}

/** In ASCII, because editors show lines with combining marks and right-to-left letters wrongly. */
export function written(confusables: Confusables): string {
  const json = JSON.stringify(confusables, null, 2)
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return `${json.replaceAll(/[^\n -~©]/g, escaped)}\n`
}

if (import.meta.main) {
  const [path] = process.argv.slice(2)
  if (!path) {
    console.error('Which file? node build/confusables.ts confusables.txt')
    process.exit(1)
  }
  writeFileSync(target, written(readConfusables(readFileSync(path, 'utf8'))))
}
