// Sentences with numbers and names.

import * as strings from '../strings/en.json'
import { fill, plural } from '../strings/fill.ts'
/** All tabs of a browser share one login. */
export const accountChangedText = (username: string): string =>
  fill(strings.anotherAccountLoggedInOnThisBrowser, { username })

/** @param fate of the unsent messages after the logout */
export const unsentWarning = (count: number, fate: 'kept' | 'lost'): string =>
  plural(fate === 'kept' ? strings.unsentKept : strings.unsentLost, count)

/** @param count of the new messages that the user wants to see counted */
export function pageTitle(
  name: string,
  { unread, count }: { unread: number; count: number },
): string {
  if (count > 0) return `(${upToHundred(count)}) ${name}`
  return unread > 0 ? `• ${name}` : name
}

/** 100 stands for 100 or more. */
const upToHundred = (count: number): string => (count > 99 ? '99+' : String(count))

export function newMessagesLabel(count: number): string {
  if (count === 0) return strings.newestMessages
  return count === 1
    ? strings.oneNewMessage
    : fill(strings.valueNewMessages, { value: upToHundred(count) })
}

/** What the button to the newest message says. */
export function unreadLabel(unread: number, mentions: number): string {
  const label = newMessagesLabel(unread)
  if (mentions === 0) return label
  return `${label}, ${mentions === 1 ? '1 mentions you' : `${upToHundred(mentions)} mention you`}`
}

export const suggestionCount = (count: number): string => plural(strings.countSuggestions, count)

/** The line in the conversation in place of deleted messages. */
export function purgeLine(count: number): string {
  if (count === 1) return strings.oneMessageWasRemovedByAModerator
  return fill(strings.valueMessagesWereRemovedByAModerator, { value: count.toLocaleString() })
}

/** What a moderator reads after a purge. Older messages follow in the archive. */
export function purgedText(count: number): string {
  if (count === 0) return strings.thereWereNoSuchMessagesInThe
  return `${count === 1 ? '1 message is' : `${count.toLocaleString()} messages are`} deleted.`
}

export const deletionQuestion = (username: string): string =>
  fill(strings.deleteThisMessageOfUsernameForEveryone, { username })

/** What the line with the latest pinned message opens. */
export const pinsLabel = (count: number): string =>
  plural(strings.showAllCountPinnedMessages, count)
