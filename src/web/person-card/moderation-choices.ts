// The parts of a person's card for those who may moderate that person.

import type { Restrictions } from '../../client/contract.ts'
import { make } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { type Choice, choiceGroup } from './choices.ts'
import { purgeRanges, restrictionDurations } from './durations.ts'
import type { RestrictionKind } from './person-calls.ts'

export type ModerationChoicesOptions = {
  username: string
  restrictions: Restrictions
  restrict: (kind: RestrictionKind, ms: number | null) => void
  end: (kind: RestrictionKind) => void
  /** @param words name the messages, in a question */
  purge: (ms: number | null, words: string) => void
}

const titles = { mute: strings.mute, ban: strings.ban } as const

export function moderationChoices(options: ModerationChoicesOptions): HTMLElement {
  const { username, restrictions, restrict, end, purge } = options

  const restrictionGroup = (kind: RestrictionKind) => {
    const title = titles[kind]
    const choices: Choice[] = restrictionDurations.map(({ label, ms }) => ({
      label,
      name: `${title} ${username}: ${label}`,
      danger: kind === 'ban',
      run: () => restrict(kind, ms),
    }))
    const ending = { label: fill(strings.endKind, { kind }), run: () => end(kind) }
    return choiceGroup(title, restrictions[kind] ? [ending, ...choices] : choices)
  }
  const purgeChoices: Choice[] = purgeRanges.map(({ label, words, ms }) => ({
    label,
    name: fill(strings.deleteMessagesOfUsernameLabel, { username, label }),
    danger: true,
    run: () => purge(ms, words),
  }))
  return make(
    'div',
    { class: 'moderation-choices' },
    restrictionGroup('mute'),
    restrictionGroup('ban'),
    choiceGroup(strings.deleteMessages, purgeChoices),
  )
}

/** A change of the role takes no reason. @param next the role that the viewer may give to the person */
export function roleChoice(
  next: 'moderator' | 'member',
  setRole: (role: 'moderator' | 'member') => void,
): HTMLElement {
  const label = next === 'moderator' ? strings.makeModerator : strings.removeModerator
  return choiceGroup(strings.role, [{ label, run: () => setRole(next) }])
}
