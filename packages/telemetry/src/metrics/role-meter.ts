import type { CampaignReason, RoleObserver, TakenRole } from '@quorate/raft';
import { declarations } from './declarations.ts';
import type { MetricReadings } from './metric-readings.ts';

/** Counts the roles that a node takes, and why it campaigns. */
export class RoleMeter implements RoleObserver {
  readonly #roles: Record<TakenRole, number> = { 'pre-candidate': 0, candidate: 0, leader: 0, follower: 0 };
  readonly #campaigns: Record<CampaignReason, number> = { timeout: 0, leaderGone: 0, transfer: 0 };

  took(role: TakenRole): void {
    this.#roles[role] += 1;
  }

  campaigns(reason: CampaignReason): void {
    this.#campaigns[reason] += 1;
  }

  /** Adds what was counted. */
  read(readings: MetricReadings): void {
    for (const [role, count] of Object.entries(this.#roles)) readings.set(declarations.roleChanges, { role }, count);
    for (const [reason, count] of Object.entries(this.#campaigns))
      readings.set(declarations.campaigns, { reason }, count);
  }
}
