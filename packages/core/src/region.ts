import { assertText, wrongValue } from './assert.ts'

// Names of the retired JSON API, which the vendor's SDKs still translate.
const ALIASES: Readonly<Record<string, string | null>> = {
  __proto__: null,
  cossh: 'ap-shanghai',
  cosgz: 'ap-guangzhou',
  cosbj: 'ap-beijing',
  costj: 'ap-beijing-1',
  coscd: 'ap-chengdu',
  cossgp: 'ap-singapore',
  coshk: 'ap-hongkong',
  cosca: 'na-toronto',
  cosger: 'eu-frankfurt',
}

// Regions whose hosts have no `cos.` label, and a region given with that label.
const WITHOUT_LABEL = /^(?:cn-(?:south(?:-2|west)?|north|east)|sg|cos\..*)$/

/** The endpoint of a region: what follows `<bucket>.` in a host (documentation 436/6224). */
export function regionEndpoint(region: unknown): string {
  assertText(region, 'Region')
  if (!/^(?:cos\.)?[a-z\d-]+$/.test(region)) {
    throw wrongValue('Region', 'must be a region like ap-guangzhou')
  }
  if (WITHOUT_LABEL.test(region)) return `${region}.myqcloud.com`
  return `cos.${ALIASES[region] ?? region}.myqcloud.com`
}
