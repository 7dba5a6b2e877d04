// Sentences with numbers and names.

/** All tabs of a browser share one login. */
export const accountChangedText = (username: string): string =>
  `Another account logged in on this browser. Log in to continue as ${username}.`

/** @param fate of the unsent messages after the logout */
export function unsentWarning(count: number, fate: 'kept' | 'lost'): string {
  const [those, they] = count === 1 ? ['One message has', 'It'] : [`${count} messages have`, 'They']
  const are = count === 1 ? 'is' : 'are'
  const next =
    fate === 'kept'
      ? `${are} kept in this browser until you log in again`
      : `${are} lost when you log out`
  return `${those} not been sent yet. ${they} ${next}.`
}

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
  if (count === 0) return 'Newest messages'
  return count === 1 ? '1 new message' : `${upToHundred(count)} new messages`
}

/** What the button to the newest message says. */
export function unreadLabel(unread: number, mentions: number): string {
  const label = newMessagesLabel(unread)
  if (mentions === 0) return label
  return `${label}, ${mentions === 1 ? '1 mentions you' : `${upToHundred(mentions)} mention you`}`
}

export const suggestionCount = (count: number): string =>
  count === 1 ? '1 suggestion' : `${count} suggestions`

/** The line in the conversation in place of deleted messages. */
export function purgeLine(count: number): string {
  if (count === 1) return '1 message was removed by a moderator'
  return `${count.toLocaleString()} messages were removed by a moderator`
}

/** What a moderator reads after a purge. Older messages follow in the archive. */
export function purgedText(count: number): string {
  if (count === 0) return 'There were no such messages in the room. Older ones are deleted, too.'
  return `${count === 1 ? '1 message is' : `${count.toLocaleString()} messages are`} deleted.`
}

export const deletionQuestion = (username: string): string =>
  `Delete this message of ${username} for everyone? This cannot be undone.`

/** What the line with the latest pinned message opens. */
export const pinsLabel = (count: number): string =>
  count === 1 ? 'Show the pinned message' : `Show all ${count} pinned messages`
