// The part of a person's card for those who may moderate that person.

import type { Restrictions } from '../../client/contract.ts'
import { make } from '../elements/dom.ts'
import { type Choice, choiceGroup } from './choices.ts'
import { purgeRanges, restrictionDurations } from './durations.ts'
import type { RestrictionKind } from './person-calls.ts'

export type ModerationChoicesOptions = {
  username: string
  restrictions: Restrictions
  /** The role that the viewer may give to the person; null: none. */
  roleToGive: 'moderator' | 'member' | null
  restrict: (kind: RestrictionKind, ms: number | null) => void
  end: (kind: RestrictionKind) => void
  /** @param words name the messages, in a question */
  purge: (ms: number | null, words: string) => void
  setRole: (role: 'moderator' | 'member') => void
}

const titles = { mute: 'Mute', ban: 'Ban' } as const

export function moderationChoices(options: ModerationChoicesOptions): HTMLElement {
  const { username, restrictions, roleToGive, restrict, end, purge, setRole } = options

  const restrictionGroup = (kind: RestrictionKind) => {
    const title = titles[kind]
    const choices: Choice[] = restrictionDurations.map(({ label, ms }) => ({
      label,
      name: `${title} ${username}: ${label}`,
      danger: kind === 'ban',
      run: () => restrict(kind, ms),
    }))
    const ending = { label: `End ${kind}`, run: () => end(kind) }
    return choiceGroup(title, restrictions[kind] ? [ending, ...choices] : choices)
  }
  const purgeChoices: Choice[] = purgeRanges.map(({ label, words, ms }) => ({
    label,
    name: `Delete messages of ${username}: ${label}`,
    danger: true,
    run: () => purge(ms, words),
  }))
  const roleLabel = roleToGive === 'moderator' ? 'Make moderator' : 'Remove moderator'
  return make(
    'div',
    { class: 'moderation-choices' },
    restrictionGroup('mute'),
    restrictionGroup('ban'),
    choiceGroup('Delete messages', purgeChoices),
    roleToGive === null
      ? null
      : choiceGroup('Role', [{ label: roleLabel, run: () => setRole(roleToGive) }]),
  )
}
