// Counts the open reports. It knows the ids of the newest ones and whether there are more.

import type { Report, ReportPage } from '../../client/contract.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'

/** So few known ids say little about the number of all. */
const knownMin = 25
/** As many as a page has. */
const countedMax = 50

export class OpenReports {
  readonly #ids = new Set<string>()
  #hasMore = false

  /** @param page the first page of open reports */
  replace({ reports, next_cursor }: ReportPage): void {
    this.#ids.clear()
    for (const { id } of reports) this.#ids.add(id)
    this.#hasMore = next_cursor !== null
  }

  apply({ id, status }: Report): void {
    if (status === 'open') this.#ids.add(id)
    else this.#ids.delete(id)
  }

  /** Whether the first page should be read again. */
  get isVague(): boolean {
    return this.#hasMore && this.#ids.size < knownMin
  }

  /** Such as `3` or `50+`; null: there is none. */
  get text(): string | null {
    const { size } = this.#ids
    if (size === 0) return null
    return this.#hasMore || size > countedMax ? `${Math.min(size, countedMax)}+` : String(size)
  }
}

/** @param count as `OpenReports.text` gives it */
export function openReportsSentence(count: string | null): string {
  if (count === null) return strings.noOpenReports
  return count === '1' ? strings.oneOpenReport : fill(strings.countOpenReports, { count })
}
