// wrangler's development environment, which can pass the Worker to wrangler's proxy process again. wrangler
// does so once: if the proxy is killed, the next one has no Worker and holds every request for ever.
import { unstable_DevEnv } from 'wrangler'

type Event = Parameters<unstable_DevEnv['dispatch']>[0]
type HandOver = Extract<Event, { type: 'reloadComplete' }>

/** After these events the proxy holds requests back until it gets the next Worker. */
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
