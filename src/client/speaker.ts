// Brings what was said here to the room, and keeps it where a reload finds it until the room has it.

import type { SteadyPlatform } from './clock.ts'
import type { Tell } from './events.ts'
import { createOutgoing } from './outgoing.ts'
import type { StorageLike } from './platform.ts'
import { ChatProblem } from './problem.ts'
import { openShelf, type Shelf } from './shelf.ts'
import type { PendingMessage } from './state.ts'
import type { Member, Message, Told } from './wire.ts'

type Uses = {
  platform: SteadyPlatform
  storage?: StorageLike | undefined
  /** Who this is, where that is known before the first welcome. */
  user?: Member | null | undefined
  /** Says it to the room. */
  say: (message: PendingMessage) => void
  tell: Tell
  /** What is pending may have changed. */
  touch: () => void
}

export type Speaker = ReturnType<typeof createSpeaker>

export function createSpeaker({ platform, storage, user: known, say, tell, touch }: Uses) {
  const outgoing = createOutgoing()
  let user: Member | null = null
  let shelf: Shelf | null = null
  let shelved = outgoing.list()
  let live = false
  let cancel = () => {}

  function guarded<T>(access: () => T): T | undefined {
    try {
      return access()
    } catch {
      tell('error', new ChatProblem('storage', 'Could not be kept.'))
      return undefined
    }
  }

  function goOn(): void {
    cancel()
    const now = platform.now()
    const { send, lookAt } = live ? outgoing.next(now, now - platform.aheadMs()) : {}
    if (lookAt) cancel = platform.after(lookAt - now, goOn)
    const list = outgoing.list()
    if (list !== shelved) guarded(() => shelf?.write(list))
    shelved = list
    touch()
    if (send) say(send)
  }

  function become(next: Member, pace: Told['welcome']['rate_limit']): void {
    const isSame = user?.id === next.id
    user = next
    // Another user's stay where they are, for when that user is back.
    shelf = storage ? openShelf(storage, next.id) : null
    const kept = isSame ? null : (guarded(() => shelf?.read()) ?? [])
    outgoing.adopt(next, kept, pace)
  }

  // What is said before the room answers is kept, and it is this user's.
  if (known) become(known, { max: 1, window_ms: 0 })

  function speak(content: string): Promise<Message> {
    const key = platform.newId()
    const acceptance = outgoing.add({
      key,
      state: 'sending',
      problem: null,
      id: null,
      client_id: key,
      user_id: user?.id ?? '',
      username: user?.username ?? '',
      content,
      created_at: new Date(platform.now() - platform.aheadMs()).toISOString(),
      updated_at: null,
      is_deleted: false,
      revision: 0,
    })
    goOn()
    return acceptance
  }

  function discard(key: string): void {
    outgoing.discard(key)
    goOn()
  }

  /** @returns whether that was about something that is pending */
  function refused(refusal: Told['error']): boolean {
    const known = outgoing.refuse(refusal, platform.now(), platform.random())
    goOn()
    return known
  }

  return {
    speak,
    discard,
    refused,
    user: () => user,
    pending: outgoing.list,
    pausedUntil: outgoing.pausedUntil,

    retry(key: string): Promise<Message | undefined> {
      const failure = outgoing.find(key)
      if (!failure?.problem) return Promise.resolve(undefined)
      discard(key)
      return speak(failure.content)
    },

    welcome({ user_id: id, username, rate_limit }: Told['welcome']): void {
      become({ id, username }, rate_limit)
      goOn()
    },

    /** The line takes messages, or does not. */
    turned(status: string): void {
      live = status === 'online'
      if (!live) outgoing.interrupt()
      goOn()
    },

    /** @returns whether it was said here, and was pending until now */
    accepted(message: Message): boolean {
      const known = message.user_id === user?.id && outgoing.accept(message, platform.now())
      if (known) goOn()
      return known
    },
  }
}
