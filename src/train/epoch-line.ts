/** An epoch as a line for people. */

import type { EpochEvent } from './metrics.js';

/** Largest class for each of the smallest from which on accuracy alone misleads. */
export const imbalanceToMention = 1.5;

/**
 * `Epoch: 1, Train_acc:88.9%, Train_loss:0.379, Test_acc:95.1%, Test_loss:0.165, Lr:1.00E-02`, or in fewer words where
 * that is wider than `columns`. Where classes differ much in size, balanced accuracy stands beside accuracy.
 */
export function formatEpoch(event: EpochEvent, columns = Number.POSITIVE_INFINITY): string {
  const forms = [full(event), brief(event), briefest(event)];
  return forms.find((form) => form.length <= columns) ?? briefest(event).slice(0, columns);
}

function full({ epoch, train, split, heldOut, lr }: EpochEvent): string {
  const held = split === 'val' ? 'Val' : 'Test';
  return [
    `Epoch:${String(epoch).padStart(2)}`,
    `Train_acc:${percent(train.accuracy)}`,
    `Train_loss:${formatLoss(train.loss)}`,
    `${held}_acc:${percent(heldOut.accuracy)}`,
    ...(isUnbalanced(heldOut) ? [`${held}_balanced:${percent(heldOut.balancedAccuracy)}`] : []),
    `${held}_loss:${formatLoss(heldOut.loss)}`,
    `Lr:${formatLr(lr)}`,
  ].join(', ');
}

function brief(event: EpochEvent): string {
  return `${briefest(event)}, lr ${formatLr(event.lr)}`;
}

function briefest({ epoch, train, split, heldOut }: EpochEvent): string {
  const balanced = isUnbalanced(heldOut) ? ` (bal ${percent(heldOut.balancedAccuracy)})` : '';
  return (
    `Epoch ${epoch}: train ${percent(train.accuracy)} loss ${formatLoss(train.loss)}, ` +
    `${split} ${percent(heldOut.accuracy)}${balanced} loss ${formatLoss(heldOut.loss)}`
  );
}

function isUnbalanced({ confusion }: EpochEvent['heldOut']): boolean {
  return confusion.imbalance() > imbalanceToMention;
}

/** `1.00E-02`, as printf's `%.2E` writes it. */
export function formatLr(lr: number): string {
  const [digits = '', exponent = '0'] = lr.toExponential(2).split('e');
  const power = Number(exponent);
  return `${digits}E${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** `0.379`, and `1.8e+14` where a training has gone wrong. */
export function formatLoss(loss: number): string {
  return loss < 1e5 ? loss.toFixed(3) : loss.toExponential(1);
}

/** `95.1%` */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
