// The calls of the operator, and of the Worker about the room's own state. They only dispatch.

import type { Rearchive } from '../contract/rearchive.ts'
import type { DeadLetter, RoomReport } from '../contract/room-report.ts'
import { closedState } from './operator.ts'
import { RoomObject } from './room-object.ts'
import type { Outcome, RoomState } from './rpc.ts'

const done: Outcome<null> = { ok: true, value: null }

export class OperatedRoom extends RoomObject {
  async state(): Promise<RoomState> {
    const { closed } = this.lifecycle
    if (!this.lifecycle.tryOpen() && closed !== null) return closedState(closed)
    return this.lifecycle.run(({ operator }) => operator.state())
  }

  async report(): Promise<RoomReport> {
    return this.lifecycle.run(({ operator }) => operator.report())
  }

  async removeAny(id: string): Promise<Outcome<null>> {
    const changed = await this.lifecycle.run(({ messageCalls }) =>
      messageCalls.removeByOperator(id),
    )
    return changed.ok ? done : changed
  }

  async setAside(): Promise<DeadLetter[]> {
    return this.lifecycle.run(({ operator }) => operator.listDeadLetters())
  }

  async retrySetAside(): Promise<void> {
    this.lifecycle.run(({ operator }) => operator.retryDeadLetters())
  }

  async flushNow(): Promise<Outcome<RoomReport>> {
    return this.lifecycle.run(({ operator }) => operator.flushNow())
  }

  async rearchive(): Promise<Outcome<Rearchive>> {
    return this.lifecycle.run(({ rearchive }) => rearchive.begin())
  }

  async recomputePresence(): Promise<void> {
    this.lifecycle.run(({ operator }) => operator.recomputePresence())
  }

  async sendAway(withinMs: number): Promise<void> {
    this.lifecycle.run(({ drain }) => drain.begin(withinMs))
  }

  async seal(): Promise<Outcome<null>> {
    return this.lifecycle.seal()
  }
}
