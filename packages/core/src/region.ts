import { assertText } from './assert.ts'

// Protocol names of the retired JSON API that the vendor's SDKs still translate, and regions whose hosts have no `cos.` label.
const ALIASES: Readonly<Record<string, string>> = {
  cossh: 'cos.ap-shanghai',
  cosgz: 'cos.ap-guangzhou',
  cosbj: 'cos.ap-beijing',
  costj: 'cos.ap-beijing-1',
  coscd: 'cos.ap-chengdu',
  cossgp: 'cos.ap-singapore',
  coshk: 'cos.ap-hongkong',
  cosca: 'cos.na-toronto',
  cosger: 'cos.eu-frankfurt',
  'cn-south': 'cn-south',
  'cn-south-2': 'cn-south-2',
  'cn-north': 'cn-north',
  'cn-east': 'cn-east',
  'cn-southwest': 'cn-southwest',
  sg: 'sg',
}

/** The endpoint of a region: what follows `<bucket>.` in a host (documentation 436/6224). */
export function regionEndpoint(region: unknown): string {
  assertText(region, 'Region')
  if (!/^(?:cos\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(region)) {
    throw new RangeError('"Region" must be a region such as ap-guangzhou: lower-case letters, digits and "-"')
  }
  const label = Object.hasOwn(ALIASES, region)
    ? ALIASES[region]
    : region.startsWith('cos.')
      ? region
      : `cos.${region}`
  return `${label}.myqcloud.com`
}
