// Completes the name of a person after an `@`.

import type { Member } from '../../client/contract.ts'
import { avatar } from '../elements/avatar.ts'
import { make, nameElement } from '../elements/dom.ts'
import { everyoneInTheRoom, peopleToMention } from '../strings/en.json'
import { roomMention } from '../text/mention-text.ts'
import type { CompletionSource, Suggestion } from './completion.ts'
import { matchingPeople, mentionQuery } from './mention-query.ts'

export type MentionSource = {
  /** Other people, the likeliest first. */
  others: () => readonly Member[]
  /** @returns whether `others` has more people now */
  loadEveryone: () => Promise<boolean>
  /** Whether the user may mention everyone at once. */
  mayMentionRoom: () => boolean
}

const shownMax = 6

/** @param onChosen runs when a name was inserted */
export function mentionCompletion(
  source: MentionSource,
  onChosen: (person: Member) => void,
): CompletionSource {
  const suggest = (query: string): readonly Suggestion[] => {
    const people = matchingPeople(query, source.others(), shownMax)
    // A name that is complete is sent with the next Enter.
    if (people.length === 1 && people[0]?.username === query) return []
    const named = people.map((person) => suggestionOf(person, onChosen))
    const isRoom = source.mayMentionRoom() && roomMention.startsWith(query.toLowerCase())
    if (isRoom && people.length === 0 && query === roomMention) return []
    return isRoom ? [...named.slice(0, shownMax - 1), everyone] : named
  }
  return { label: peopleToMention, typedAt: mentionQuery, suggest, load: source.loadEveryone }
}

const suggestionOf = (person: Member, onChosen: (person: Member) => void): Suggestion => ({
  id: person.id,
  text: `@${person.username}`,
  label: () => [avatar(person.id, person.username), nameElement(person.username)],
  onInsert: () => onChosen(person),
})

const everyone: Suggestion = {
  id: roomMention,
  text: `@${roomMention}`,
  label: () => [
    make('span', { class: 'avatar', 'data-initials': '@', 'aria-hidden': 'true' }),
    nameElement(roomMention),
    make('span', { class: 'hint' }, everyoneInTheRoom),
  ],
}
