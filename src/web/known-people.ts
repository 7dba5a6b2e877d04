// The people this page knows: authors of loaded messages, and who is online. Names stay known when the
// messages that told them are gone.

import type { ChatClient } from '../client/chat-client.ts'
import type { Member } from '../client/contract.ts'
import type * as values from '../contract/values.ts'

const erasedName: typeof values.erasedName = '(deleted account)'
/** Only the end of the list says who spoke lately. */
const recentMessages = 200
/** How long the list of all people online is used again. */
const onlineForMs = 60_000

export function createKnownPeople({
  chat,
  user,
}: {
  chat: Pick<ChatClient, 'state' | 'online'>
  user: Member
}) {
  const names = new Map([[user.id, user.username]])
  let learnt: readonly unknown[] = []
  let everyone: { people: readonly Member[]; until: number } | null = null

  const learn = () => {
    const { messages, detached, online } = chat.state
    const sources = [messages, detached?.messages, online, everyone]
    if (sources.every((source, index) => source === learnt[index])) return
    learnt = sources
    for (const { user_id, username } of [...messages, ...(detached?.messages ?? [])])
      if (username !== erasedName) names.set(user_id, username)
    for (const { id, username } of [...online, ...(everyone?.people ?? [])]) names.set(id, username)
  }

  return {
    nameOf(id: string): string | undefined {
      if (!names.has(id)) learn()
      return names.get(id)
    },

    /** Others: those who spoke lately, the latest first, and then all others who are online. */
    others(): readonly Member[] {
      const { messages, online } = chat.state
      const speakers = messages
        .slice(-recentMessages)
        .toReversed()
        .map(({ user_id: id, username }) => ({ id, username }))
      const people = new Map<string, Member>()
      for (const person of [...speakers, ...online.toReversed(), ...(everyone?.people ?? [])])
        if (!people.has(person.id) && person.username !== erasedName) people.set(person.id, person)
      people.delete(user.id)
      // Before the first welcome, own messages have no author.
      people.delete('')
      return [...people.values()]
    },

    /** Loads all who are online, where the state has only some of them. @returns whether that told more */
    async loadEveryone(): Promise<boolean> {
      const { online, onlineCount } = chat.state
      const now = performance.now()
      if (online.length >= onlineCount || (everyone && everyone.until > now)) return false
      everyone = { people: everyone?.people ?? [], until: now + onlineForMs }
      const people = await chat.online().catch(() => null)
      if (people === null) return false
      everyone = { people, until: now + onlineForMs }
      return true
    },
  }
}
