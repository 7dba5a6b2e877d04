// Calls the listeners of the application: `change` once for all changes of one moment, events in
// order. A listener that throws affects neither the client nor another listener.

import type { Message } from './contract.ts'
import type { ChatEvents } from './events.ts'

export type Emit = <E extends keyof ChatEvents>(event: E, value: ChatEvents[E]) => void

type Events = ChatEvents & { change: undefined }
type Listener = (value: never) => void

/** Runs before any other task, outside of the current call stack. */
const inMicrotask = (run: () => void): void => void Promise.resolve().then(run)

/** @param state gives the current state: another object where something has changed */
export function createEmitter(state: () => unknown) {
  const listeners: { [event: string]: Set<Listener> } = {}
  let lastState: unknown
  let isCheckScheduled = false

  function on<E extends keyof Events>(event: E, listener: (value: Events[E]) => void) {
    // A function of its own for each call, so that a listener may be registered twice.
    const registered = (value: Events[E]) => listener(value)
    listeners[event] ??= new Set()
    listeners[event].add(registered)
    return () => {
      listeners[event]?.delete(registered)
    }
  }

  function emit<E extends keyof Events>(event: E, value: Events[E]): void {
    stateChanged()
    for (const listener of listeners[event] ?? []) inMicrotask(() => listener(value as never))
  }

  /** Emits `change` soon, if the state is another one by then. */
  function stateChanged(): void {
    if (isCheckScheduled) return
    isCheckScheduled = true
    inMicrotask(() => {
      const now = state()
      if (now !== lastState) emit('change', undefined)
      lastState = now
      isCheckScheduled = false
    })
  }

  return {
    on,
    emit: emit as Emit,
    stateChanged,

    /** New messages from this call on, until the client is closed or stops. */
    messages(): AsyncIterableIterator<Message> {
      const received: Message[] = []
      let isOver = false
      let wake = () => {}
      const unsubscribes = [
        on('message', (message) => {
          received.push(message)
          wake()
        }),
        on('status', ({ status }) => {
          isOver ||= status === 'idle' || status === 'stopped'
          wake()
        }),
      ]
      async function* iterate() {
        try {
          while (received.length > 0 || !isOver) {
            const more = new Promise<void>((resolve) => {
              wake = resolve
            })
            yield* received.splice(0)
            if (!isOver) await more
          }
        } finally {
          for (const unsubscribe of unsubscribes) unsubscribe()
        }
      }
      return iterate()
    },
  }
}
