// The upper part of a person's card: who it is, and since when.

import type { Member, Profile, Role } from '../../client/contract.ts'
import { avatar } from '../elements/avatar.ts'
import { iconButton, make, memoizeLast, nameElement, setChildren } from '../elements/dom.ts'
import { roleBadge } from '../elements/role-badge.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { restrictionText } from '../text/restrictions.ts'
import { formatDate } from '../text/times.ts'

export type CardFacts = {
  person: Member
  role: Role
  profile: Profile | 'loading' | 'missing'
}

export function createCardHead() {
  const titleId = 'person-title'
  const close = iconButton('close', strings.close)
  const title = make('h2', { id: titleId })
  const element = make('div', { class: 'account-head' }, title, close)
  const facts = make('div', { class: 'facts' })
  const picture = memoizeLast(avatar)
  const name = memoizeLast(nameElement)
  const badge = memoizeLast(roleBadge)
  const lines = memoizeLast(factLines)

  return {
    element,
    titleId,
    close,
    facts,
    clear: () => setChildren(title),
    update({ person: { id, username }, role, profile }: CardFacts): void {
      setChildren(title, picture(id, username), name(username), badge(role))
      setChildren(facts, ...lines(profile))
    },
  }
}

function factLines(profile: CardFacts['profile']): HTMLElement[] {
  if (profile === 'loading') return [make('p', {}, strings.loading)]
  if (profile === 'missing') return []
  const now = Date.now()
  const { mute, ban } = profile.restrictions ?? { mute: null, ban: null }
  const lines = [
    fill(strings.hereSinceDate, { date: formatDate(Date.parse(profile.created_at)) }),
    ...(mute ? [restrictionText(strings.muted, mute, now)] : []),
    ...(ban ? [restrictionText(strings.banned, ban, now)] : []),
  ]
  return lines.map((line) => make('p', {}, line))
}
