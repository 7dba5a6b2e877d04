// wrangler's development environment, which hands its Worker once to the process that listens. If that
// process is killed, wrangler starts another, which knows of no Worker and holds every request for ever.
import { unstable_DevEnv } from 'wrangler'

type Event = Parameters<unstable_DevEnv['dispatch']>[0]
type HandOver = Extract<Event, { type: 'reloadComplete' }>

/** From these on the one that listens holds requests back, until the next Worker is handed over. */
const pauses: Event['type'][] = ['configUpdate', 'bundleStart', 'reloadStart']

export class DevEnv extends unstable_DevEnv {
  #last: HandOver | undefined

  override dispatch(event: Event): void {
    if (event.type === 'reloadComplete') this.#last = event
    else if (pauses.includes(event.type)) this.#last = undefined
    super.dispatch(event)
  }

  isServing(): boolean {
    return this.#last !== undefined
  }

  handOverAgain(): void {
    if (this.#last) this.proxy.onReloadComplete(this.#last)
  }
}
