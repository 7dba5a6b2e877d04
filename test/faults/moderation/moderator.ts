// An owner or a moderator, who does one random thing after the other, each until it is answered.

import { setTimeout as delay } from 'node:timers/promises'
import {
  changeAnnouncement,
  changeLinks,
  changeRole,
  changeSlowMode,
  changeWords,
  pin,
  unpin,
} from './change-room.ts'
import { deleteSomething, purgeSomebody } from './remove.ts'
import { closeReport, reportSomething } from './reports.ts'
import {
  banSomebody,
  muteSomebody,
  prepareComparison,
  unbanSomebody,
  unmuteSomebody,
} from './restrict.ts'
import type { Acting } from './team.ts'

const pauseMs = { min: 200, max: 1_000 }

type Action = (acting: Acting) => Promise<void>

/** What all of them do; one that is there twice is done twice as often. */
const common: Action[] = [
  ...[muteSomebody, muteSomebody, muteSomebody, unmuteSomebody, banSomebody, unbanSomebody],
  ...[purgeSomebody, purgeSomebody, purgeSomebody, deleteSomething, deleteSomething],
  ...[reportSomething, reportSomething],
]

/** What each of them alone does, so that nobody else changes it. The first is the owner. */
const ownActions: Action[][] = [
  [changeSlowMode, changeSlowMode, changeRole, changeWords],
  [changeAnnouncement, changeAnnouncement],
  [pin, pin, pin, unpin],
  [changeLinks, changeLinks],
]
export const moderatorsMax = ownActions.length

export class Moderator {
  readonly #acting: Acting
  readonly #actions: Action[]
  #isActive = false
  #done: Promise<void> = Promise.resolve()

  /** @param place below `moderatorsMax`; 0: the owner */
  constructor(acting: Acting, place: number) {
    this.#acting = acting
    const isOwnReport = (id: string) => Number.parseInt(id.slice(-1), 16) % moderatorsMax === place
    const close = () => closeReport(acting, isOwnReport)
    this.#actions = [...common, ...(ownActions[place] ?? []), close]
  }

  begin(): void {
    this.#isActive = true
    this.#done = this.#act()
  }

  /** Resolves when everything is answered, and everybody is as they must be for the comparison. */
  async end(): Promise<void> {
    this.#isActive = false
    await this.#done
    await prepareComparison(this.#acting)
  }

  async #act(): Promise<void> {
    const { random } = this.#acting
    while (this.#isActive) {
      await delay(random.between(pauseMs.min, pauseMs.max))
      if (this.#isActive) await random.pick(this.#actions)?.(this.#acting)
    }
  }
}
