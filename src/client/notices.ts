// Tells the application: that the state has changed, once for all that came together, and what
// happened, in order. Nobody's failing listener disturbs the client or another listener.

import type { ChatEvents, Tell } from './events.ts'
import type { Message } from './wire.ts'

/** `change` is the state's. */
type Events = ChatEvents & { change: undefined }
type Listener = (told: never) => void

/** Before anything else happens, but with nothing of ours on the stack. */
const soon = (run: () => void): void => void Promise.resolve().then(run)

/** @param state as it is now, another object where something has changed */
export function createNotices(state: () => unknown) {
  const listeners: { [event: string]: Set<Listener> } = {}
  let seen: unknown
  let looking = false

  function on<E extends keyof Events>(event: E, listener: (told: Events[E]) => void) {
    // Each call is ended by its own return alone.
    const own = (told: Events[E]) => listener(told)
    listeners[event] ??= new Set()
    listeners[event].add(own)
    return () => {
      listeners[event]?.delete(own)
    }
  }

  function tell<E extends keyof Events>(event: E, told: Events[E]): void {
    touch()
    for (const listener of listeners[event] ?? []) soon(() => listener(told as never))
  }

  /** Something may have changed. */
  function touch(): void {
    if (looking) return
    looking = true
    soon(() => {
      const now = state()
      if (now !== seen) tell('change', undefined)
      seen = now
      looking = false
    })
  }

  return {
    on,
    tell: tell as Tell,
    touch,

    /** What is said from this call on, until the client leaves or stops. */
    messages(): AsyncIterableIterator<Message> {
      const heard: Message[] = []
      let over = false
      let wake = () => {}
      const ends = [
        on('message', (message) => {
          heard.push(message)
          wake()
        }),
        on('status', ({ status }) => {
          over ||= status === 'idle' || status === 'stopped'
          wake()
        }),
      ]
      async function* relate() {
        try {
          while (heard.length > 0 || !over) {
            const news = new Promise<void>((resolve) => {
              wake = resolve
            })
            yield* heard.splice(0)
            if (!over) await news
          }
        } finally {
          for (const end of ends) end()
        }
      }
      return relate()
    },
  }
}
