// Says in a sentence how long a person is muted or banned, and why.

import type { Restriction } from '../../client/contract.ts'
import * as strings from '../strings/en.json'
import { untilWords } from '../text/restrictions.ts'
import { reasonParts, type SentencePart } from './sentence-parts.ts'

export type RestrictionKind = 'mute' | 'ban'

const states: Record<RestrictionKind, string> = { mute: strings.muted, ban: strings.banned }

/** Such as `Muted until 14:05: Advertising`. @param now milliseconds since the epoch */
export function restrictionSentence(
  kind: RestrictionKind,
  { until, reason }: Restriction,
  now: number,
): SentencePart[] {
  return [`${states[kind]}${untilWords(until, now)}`, ...reasonParts(reason)]
}
