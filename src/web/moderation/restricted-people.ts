// The tab of the people who are muted or banned. A person who is neither any more stays in the list
// until it is read again.

import type { ChatClient } from '../../client/chat-client.ts'
import type { Member, RestrictedPerson } from '../../client/contract.ts'
import { make } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { plural } from '../strings/fill.ts'
import { PagedItems } from './paged-items.ts'
import { createPagedList } from './paged-list.ts'
import { createRestrictedEntry } from './restricted-entry.ts'
import type { RestrictionKind } from './restriction-sentence.ts'
import type { Section } from './section.ts'

export type RestrictedPeopleOptions = {
  chat: Pick<ChatClient, 'on' | 'moderation'>
  openPerson: (person: Member) => void
  signal: AbortSignal
}

const keyOf = ({ user_id }: RestrictedPerson) => user_id
const isRestricted = ({ mute, ban }: RestrictedPerson) => mute !== null || ban !== null

export function createRestrictedPeople({
  chat,
  openPerson,
  signal,
}: RestrictedPeopleOptions): Section {
  const list = createPagedList<RestrictedPerson>({
    label: strings.mutedAndBannedPeople,
    items: new PagedItems<RestrictedPerson>({ keyOf, isListed: isRestricted }),
    keyOf,
    loadPage: async (cursor) => {
      const { users, next_cursor } = await chat.moderation.restricted(cursor)
      return { items: users, next_cursor }
    },
    createEntry: (person) => createRestrictedEntry(person, { end, openPerson }),
    emptyText: () => strings.nobodyIsMutedOrBanned,
    arrivedText: (count) => plural(strings.countMorePeople, count),
  })
  const end = async (kind: RestrictionKind, { user_id }: RestrictedPerson) => {
    await (kind === 'mute' ? chat.moderation.unmute(user_id) : chat.moderation.unban(user_id))
    list.change(
      (person) => person.user_id === user_id,
      (person) => ({ ...person, [kind]: null }),
    )
  }

  const stops = [
    chat.on('restricted', (person) => list.arrive(person)),
    chat.on('status', ({ status }) => void (status === 'online' && list.catchUp())),
  ]
  signal.addEventListener('abort', () => {
    for (const stop of stops) stop()
  })
  return {
    element: make(
      'div',
      {},
      make(
        'div',
        { class: 'toolbar' },
        make('p', { class: 'hint' }, strings.mutesAndBansThatAreNotOver),
        list.arrived,
      ),
      list.element,
    ),
    open: () => void list.load(),
    close: () => list.clear(),
  }
}
