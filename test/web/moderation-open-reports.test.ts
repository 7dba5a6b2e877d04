import { describe, expect, test } from 'vitest'
import type { Report } from '../../src/client/contract.ts'
import { OpenReports, openReportsSentence } from '../../src/web/moderation/open-reports.ts'
import { reportOf } from './moderation-samples.ts'

const page = (count: number, next_cursor: string | null = null) => ({
  reports: Array.from({ length: count }, (_, index) => reportOf({ id: `r${index}` })),
  next_cursor,
})

function counted(count: number, next_cursor: string | null = null) {
  const reports = new OpenReports()
  reports.replace(page(count, next_cursor))
  return reports
}

const closed = (id: string): Report => reportOf({ id, status: 'resolved' })

describe('the number of open reports', () => {
  test('is that of the first page', () => {
    expect([counted(0).text, counted(3).text, counted(50).text]).toEqual([null, '3', '50'])
  })

  test('is only a lower bound if there are more', () => {
    expect(counted(50, 'next').text).toBe('50+')
  })

  test('rises with each report, counts none twice, and falls when one is closed', () => {
    const reports = counted(2)
    reports.apply(reportOf({ id: 'new' }))
    reports.apply(reportOf({ id: 'new' }))
    expect(reports.text).toBe('3')
    reports.apply(closed('r0'))
    reports.apply(closed('unknown'))
    expect(reports.text).toBe('2')
  })

  test('has at most two digits', () => {
    const reports = counted(50)
    reports.apply(reportOf({ id: 'new' }))
    expect(reports.text).toBe('50+')
  })

  test('is read again when few of many are known', () => {
    const reports = counted(25, 'next')
    expect(reports.isVague).toBe(false)
    reports.apply(closed('r0'))
    expect([reports.isVague, reports.text]).toEqual([true, '24+'])
    expect(counted(1).isVague).toBe(false)
  })
})

test('the number in words', () => {
  expect([null, '1', '2', '50+'].map(openReportsSentence)).toEqual([
    'No open reports',
    '1 open report',
    '2 open reports',
    '50+ open reports',
  ])
})
