// Opens the room: at once if its log can go on, or when it has restored from Postgres what it lost.
// The components exist only while the room is open.

import { closeSocket } from './connections/connection.ts'
import { createRoom, type RoomComponents } from './create-room.ts'
import { restoreSendWindows } from './limits/restore-send-windows.ts'
import type { RoomPorts } from './ports.ts'
import { Recovery } from './recovery/recovery.ts'
import { sealRoom } from './recovery/seal.ts'
import { type ClosedReason, closedMessages, type Outcome } from './rpc.ts'

export class Lifecycle {
  readonly #ctx: DurableObjectState
  readonly #ports: RoomPorts
  readonly #recovery: Recovery
  #components: RoomComponents | null = null

  /** The tables must already exist. */
  constructor(ctx: DurableObjectState, ports: RoomPorts) {
    this.#ctx = ctx
    this.#ports = ports
    const { archive, generation, sessionLifeMs, systemClock: clock } = ports
    const onRestored = () => this.#create().alarm.load()
    const { storage } = ctx
    const uses = { storage, clock, archive, generation, sessionLifeMs, onRestored }
    this.#recovery = new Recovery(uses)
    if (this.closed !== null) this.#closeSockets()
    // Sockets survive the room's hibernation, but not what sets its storage back.
    if (this.closed === null && this.#hasSockets) {
      const { alarm } = this.#create()
      ctx.blockConcurrencyWhile(() => alarm.load())
    } else if (this.closed !== 'sealed') ctx.blockConcurrencyWhile(() => this.#start())
  }

  get #hasSockets(): boolean {
    return this.#ctx.getWebSockets().length > 0
  }

  /** null: the room is open. */
  get closed(): ClosedReason | null {
    return this.#components ? null : this.#recovery.closed
  }

  /** Each event that reaches the closed room may begin another try to open it. @returns whether it is open */
  tryOpen(): boolean {
    if (this.#components) return true
    this.#runInBackground(this.#recovery.retry())
    return false
  }

  /** The alarm also wakes a closed room for its next try. @returns whether the room is open */
  alarmFired(): boolean {
    if (this.#components) return true
    this.#runInBackground(this.#recovery.retryNow())
    return false
  }

  #runInBackground(restore: Promise<void> | null): void {
    if (restore) this.#ctx.waitUntil(restore)
  }

  /** Throws while the room is closed. */
  require(): RoomComponents {
    if (!this.tryOpen()) throw new Error(closedMessages[this.closed ?? 'restoring'])
    return this.#components as RoomComponents
  }

  /**
   * Runs once for each event that reaches the room, with the components that handle it. Throws while
   * the room is closed.
   */
  run<T>(handle: (components: RoomComponents) => T): T {
    const components = this.require()
    const { clockWatch, alarm } = components
    clockWatch.onEvent()
    try {
      return handle(components)
    } finally {
      // The clock may have been set back, which moves the time of the alarm.
      alarm.arm()
    }
  }

  seal(): Outcome<null> {
    if (this.closed === 'sealed') return { ok: true, value: null }
    const sealed = sealRoom(this.require())
    if (!sealed.ok) return sealed
    this.#components = null
    void this.#ctx.storage.deleteAlarm()
    return sealed
  }

  /** Must end within 30 seconds, and must not fail, or the platform resets the object. */
  async #start(): Promise<void> {
    await this.#recovery.checkFence()
    await this.#recovery.start()
    if (!this.#components && this.#recovery.closed === null) await this.#create().alarm.load()
  }

  #create(): RoomComponents {
    const components = createRoom(this.#ctx, this.#ports, this.#recovery.opened)
    this.#components = components
    const { clock, presence, connections, sequencer } = components
    const now = clock.now()
    const { wasRestored } = this.#recovery
    this.#ctx.waitUntil(restoreSendWindows(components, { wasRestored }))
    // Sockets survive the room's hibernation but not its restart.
    if (!this.#hasSockets) presence.extendGraces(now)
    else presence.reconcile((userId) => connections.ofUser(userId).size > 0, now)
    sequencer.admitSoon()
    return components
  }

  /** Their clients know positions of another epoch, or have to go to another room. */
  #closeSockets(): void {
    for (const socket of this.#ctx.getWebSockets()) closeSocket(socket, 1012)
  }
}
