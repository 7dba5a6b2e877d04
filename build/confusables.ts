// Writes src/domain/confusables.json out of Unicode's table of characters that look alike:
//   node build/confusables.ts confusables.txt
// The file is at https://www.unicode.org/Public/security/latest/confusables.txt. A new table changes
// the skeletons of names that are kept: docs/deploy.md says which migration goes with it.

import { readFileSync, writeFileSync } from 'node:fs'

const target = 'src/domain/confusables.json'

/** Nothing else can stand in a username. */
const ofNames = /^[\p{L}\p{M}\p{Nd}\p{P}]$/u

export type Confusables = {
  source: string
  /** What stands for all that looks like it → the characters that do. */
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
    // A skeleton is made of decomposed text, where the others do not occur.
    if (!ofNames.test(character) || character.normalize('NFD') !== character) continue
    alike[prototype] = (alike[prototype] ?? '') + character
  }
  const source =
    `confusables.txt of Unicode ${version}, © Unicode, Inc., under the Unicode License v3 ` +
    '(https://www.unicode.org/license.txt)'
  return { source, alike }
}

/** In ASCII: marks and letters that run from right to left make a mess of an editor's lines. */
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
