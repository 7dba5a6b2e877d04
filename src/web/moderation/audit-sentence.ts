// Says in a sentence what an entry of the audit log is about.

import type { AuditEntry, Room } from '../../client/contract.ts'
import * as strings from '../strings/en.json'
import { fill, fillNodes, plural } from '../strings/fill.ts'
import { slowModeText } from './room-values.ts'
import { reasonParts, type SentencePart } from './sentence-parts.ts'
import { timeBeside } from './time-texts.ts'

type Details = AuditEntry['details']
type Parts = Record<string, SentencePart | SentencePart[]>

const roleTexts: Record<string, string> = {
  owner: strings.auditMadeOwner,
  moderator: strings.auditMadeModerator,
  member: strings.auditMadeMember,
}

const reportTexts: Record<string, string> = {
  open: strings.auditReportReopened,
  resolved: strings.auditReportResolved,
  dismissed: strings.auditReportDismissed,
}

const postingTexts: Record<Room['posting'], string> = {
  everyone: strings.auditPostingEveryone,
  established: strings.auditPostingEstablished,
  moderators: strings.auditPostingModerators,
}

const linksTexts: Record<Room['posting'], string> = {
  everyone: strings.auditLinksEveryone,
  established: strings.auditLinksEstablished,
  moderators: strings.auditLinksModerators,
}

const restrictionTexts = {
  mute: { until: strings.auditMuted, forGood: strings.auditMutedForGood },
  ban: { until: strings.auditBanned, forGood: strings.auditBannedForGood },
} as const

const sentenceOf = (text: string, parts: Parts): SentencePart[] =>
  fillNodes<SentencePart | SentencePart[]>(text, parts).flat()

const slowModePhrase = (ms: number): string =>
  ms === 0 ? strings.auditSlowModeOff : fill(strings.auditSlowMode, { value: slowModeText(ms) })

const reactionsPhrase = (emoji: string): string =>
  emoji === '' ? strings.auditNoReactions : fill(strings.auditReactions, { emoji })

/** One phrase for each value that was set. What a newer service sets besides is not named. */
function roomPhrases({ slow_mode_ms, posting, links, announcement, reactions }: Details): string[] {
  return [
    slow_mode_ms === undefined ? undefined : slowModePhrase(Number(slow_mode_ms)),
    postingTexts[posting as Room['posting']],
    linksTexts[links as Room['posting']],
    announcement === undefined
      ? undefined
      : announcement === true
        ? strings.auditAnnouncement
        : strings.auditNoAnnouncement,
    reactions === undefined ? undefined : reactionsPhrase(String(reactions)),
  ].filter((phrase) => phrase !== undefined)
}

/** Such as `one, two and three`. */
const lists = new Intl.ListFormat(strings.dateLanguage, { type: 'conjunction' })

/** The sentence without a reason, and the parts that are only in this one. */
function textOf(entry: AuditEntry): [text: string, parts?: Parts] {
  const { action, target, until, details } = entry
  const beside = (iso: string) => timeBeside(iso, Date.parse(entry.at))
  const person: SentencePart = target ? { name: target.username } : strings.auditSomeone
  const message = target
    ? sentenceOf(strings.auditMessageOf, { target: person })
    : [strings.auditMessageOfSomeone]
  switch (action) {
    case 'set_role':
      return [
        roleTexts[String(details.role)] ?? strings.auditMadeOther,
        { target: person, role: String(details.role) },
      ]
    case 'mute':
    case 'ban': {
      const { until: text, forGood } = restrictionTexts[action]
      return until === null
        ? [forGood, { target: person }]
        : [text, { target: person, time: beside(until) }]
    }
    case 'unmute':
      return [strings.auditUnmuted, { target: person }]
    case 'unban':
      return [strings.auditUnbanned, { target: person }]
    case 'purge': {
      const since = String(details.since ?? '')
      const isFromTime = Date.parse(since) > 0
      return isFromTime
        ? [strings.auditPurgedSince, { target: person, time: beside(since) }]
        : [strings.auditPurged, { target: person }]
    }
    case 'delete_message':
      return [strings.auditDeletedMessage, { message }]
    case 'pin':
      return [strings.auditPinned]
    case 'unpin':
      return [strings.auditUnpinned]
    case 'change_room': {
      const phrases = roomPhrases(details)
      return phrases.length === 0
        ? [strings.auditChangedRoom]
        : [strings.auditChangedRoomSo, { changes: lists.format(phrases) }]
    }
    case 'change_words':
      return [plural(strings.auditChangedWords, Number(details.terms), { actor: '{actor}' })]
    case 'close_report':
      return [reportTexts[String(details.status)] ?? strings.auditReportChanged, { message }]
    default:
      // A newer service may know more.
      return [strings.auditOther, { action: action satisfies never }]
  }
}

/** Such as `Ada muted Bo until 14:05: Advertising`. */
export function auditSentence(entry: AuditEntry): SentencePart[] {
  const actor: SentencePart = entry.by ? { name: entry.by.username } : strings.auditOperator
  const [text, parts] = textOf(entry)
  return [...sentenceOf(text, { actor, ...parts }), ...reasonParts(entry.reason)]
}
