// Finds usernames that look alike, also across scripts: they have a skeleton in common, as
// Unicode's TR39 defines it. A skeleton is only for comparison and must never be shown.

import { canonicalUsername } from '../contract/username.ts'
import confusables from './confusables.json' with { type: 'json' }

let prototypes: Map<string, string> | undefined

function readPrototypes(): Map<string, string> {
  const pairs = Object.entries(confusables.alike).flatMap(([prototype, characters]) =>
    [...characters].map((character): [string, string] => [character, prototype]),
  )
  return new Map(pairs)
}

/** Invisible characters: joiners, the line that stretches Arabic words, a second dot over an "i". */
const invisible =
  /\p{Default_Ignorable_Code_Point}|[\u0640\u07FA]|(?<=\p{Soft_Dotted}\p{M}*)\u0307/gu

function replaced(text: string): string {
  prototypes ??= readPrototypes()
  const known = prototypes
  const seen = text.normalize('NFD').replaceAll(invisible, '')
  return Array.from(seen, (character) => known.get(character) ?? character).join('')
}

export function skeleton(text: string): string {
  // Twice, because a few prototypes decompose into characters that have prototypes: ǆ is dž.
  return replaced(replaced(text)).normalize('NFD')
}

/**
 * A capital "I" among small letters, in each script that has one. Most fonts draw it like an "l",
 * so people read it as one: `paypaI` is read as `paypal`, and so as `Paypal`.
 */
const capitalReadAsL = /(?<=\p{Ll}[\p{L}\p{M}]*)[I\u0406\u0399]/gu

/**
 * The skeletons of a name. A name is shown as it was chosen, but people read it without regard to
 * case, so it has three: `Ian` looks like `lan` as it is shown, Cyrillic `сосоахур` like `Cocoaxyp`
 * in small letters, and `ТОМ` like `Tom` in capitals. Only skeletons of the same kind are compared:
 * `Ian` is not like `Lan`.
 */
export function skeletonsOf(username: string): string[] {
  const small = canonicalUsername(username)
  const forms = { shown: username, small, capital: small.toUpperCase() }
  const read = canonicalUsername(username.replaceAll(capitalReadAsL, 'l'))
  const skeletons = Object.entries(forms).map(([kind, form]) => `${kind}:${skeleton(form)}`)
  return [...new Set([...skeletons, `small:${skeleton(read)}`])]
}
