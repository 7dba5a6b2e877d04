// Which usernames look alike, over the borders of scripts: those that have a skeleton in common, as
// Unicode's TR39 makes them. A skeleton is for comparing alone, never shown.

import { canonicalUsername } from '../contract/username.ts'
import confusables from './confusables.json' with { type: 'json' }

let prototypes: Map<string, string> | undefined

function readPrototypes(): Map<string, string> {
  const pairs = Object.entries(confusables.alike).flatMap(([prototype, characters]) =>
    [...characters].map((character): [string, string] => [character, prototype]),
  )
  return new Map(pairs)
}

/** What nobody sees: joiners, the line that stretches Arabic words, and a second dot over an "i". */
const unseen = /\p{Default_Ignorable_Code_Point}|[\u0640\u07FA]|(?<=\p{Soft_Dotted}\p{M}*)\u0307/gu

function replaced(text: string): string {
  prototypes ??= readPrototypes()
  const known = prototypes
  const seen = text.normalize('NFD').replaceAll(unseen, '')
  return Array.from(seen, (character) => known.get(character) ?? character).join('')
}

export function skeleton(text: string): string {
  // Twice, as a few prototypes fall into characters that have prototypes themselves: ǆ is dž.
  return replaced(replaced(text)).normalize('NFD')
}

/**
 * A capital "I" of the scripts that have one, among small letters: nobody reads it as one, for most
 * fonts draw it as an "l". `paypaI` is read `paypal`, and so as `Paypal`.
 */
const misread = /(?<=\p{Ll}[\p{L}\p{M}]*)[I\u0406\u0399]/gu

/**
 * A name is shown as it was chosen, and read without regard to case. So it has three: `Ian` looks
 * like `lan` as it is shown, Cyrillic `сосоахур` like `Cocoaxyp` in small letters, `ТОМ` like `Tom`
 * in capitals. Of two names only skeletons of one kind are compared: `Ian` is not like `Lan`.
 */
export function skeletonsOf(username: string): string[] {
  const small = canonicalUsername(username)
  const forms = { shown: username, small, capital: small.toUpperCase() }
  const read = canonicalUsername(username.replaceAll(misread, 'l'))
  const skeletons = Object.entries(forms).map(([kind, form]) => `${kind}:${skeleton(form)}`)
  return [...new Set([...skeletons, `small:${skeleton(read)}`])]
}
