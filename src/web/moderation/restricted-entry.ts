// One person who is muted or banned, with buttons to end that.

import type { Member, RestrictedPerson, Restriction } from '../../client/contract.ts'
import { make, memoizeLast, nameElement, setChildren, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { moderationFailure } from '../text/failures.ts'
import type { Entry } from './paged-list.ts'
import { type RestrictionKind, restrictionSentence } from './restriction-sentence.ts'
import { sentenceNodes } from './sentence-nodes.ts'

export type RestrictedEntryOptions = {
  end: (kind: RestrictionKind, person: RestrictedPerson) => Promise<void>
  openPerson: (person: Member) => void
}

const endLabels: Record<RestrictionKind, string> = { mute: strings.endMute, ban: strings.endBan }

export function createRestrictedEntry(
  first: RestrictedPerson,
  { end, openPerson }: RestrictedEntryOptions,
): Entry<RestrictedPerson> {
  const { user_id, username } = first
  const headId = `restricted-${user_id}`
  const name = make(
    'button',
    { type: 'button', class: 'plain', id: headId, 'aria-haspopup': 'dialog' },
    nameElement(username),
  )
  const head = make('p', { class: 'entry-head' }, name)
  const over = make('p', { class: 'hint' }, strings.notMutedOrBannedAnyMore)
  const problem = make('p', { class: 'help', role: 'alert' })
  const element = make('li', { 'data-user-id': user_id })
  let person = first
  let isBusy = false

  const attempt = async (kind: RestrictionKind) => {
    // A disabled button would lose the focus.
    if (isBusy) return
    isBusy = true
    setText(problem, '')
    try {
      await end(kind, person)
    } catch (thrown) {
      setText(problem, moderationFailure(thrown))
    }
    isBusy = false
  }
  const row = (kind: RestrictionKind) =>
    memoizeLast((restriction: Restriction) => {
      const button = make(
        'button',
        { type: 'button', class: 'small quiet', 'aria-describedby': headId },
        endLabels[kind],
      )
      button.addEventListener('click', () => attempt(kind))
      const sentence = restrictionSentence(kind, restriction, Date.now())
      return make(
        'div',
        { class: 'restriction' },
        make('p', {}, ...sentenceNodes(sentence)),
        button,
      )
    })
  const [muteRow, banRow] = [row('mute'), row('ban')]
  const update = (next: RestrictedPerson) => {
    person = next
    const { mute, ban } = person
    const hadFocus = element.contains(document.activeElement)
    setChildren(
      element,
      head,
      mute && muteRow(mute),
      ban && banRow(ban),
      mute || ban ? null : over,
      problem,
    )
    if (hadFocus && !element.contains(document.activeElement)) name.focus()
  }

  name.addEventListener('click', () => openPerson({ id: user_id, username }))
  update(first)
  return { element, update }
}
