/** What the page says beside what reports say, in the same languages. */
import { chinese as reportChinese } from '../../report/language/chinese.js';
import { english as reportEnglish } from '../../report/language/english.js';

const english = {
  ...reportEnglish,
  runs: 'Runs',
  runsIn: (folder: string) => `Runs in ${folder}`,
  run: 'Run',
  dataColumn: 'Data',
  network: 'Network',
  stateColumn: 'State',
  bestColumn: 'Best',
  epochs: 'Epochs',
  time: 'Time',
  states: {
    running: 'training',
    finished: 'finished',
    stopped: 'stopped',
    failed: 'failed',
    died: 'ended without a word',
    unreadable: 'cannot be read',
  },
  noRuns: 'There is no run yet. This page shows it as soon as there is:',
  choose: (run: string) => `compare ${run}`,
  compareChosen: 'Compare chosen runs',
  all: 'All runs',
  left: (time: string) => `${time} left`,
  took: (time: string) => `${time} so far`,
  bestIs: (accuracy: string, epoch: number) => `best ${accuracy} in epoch ${epoch}`,
  testIs: (accuracy: string) => `test ${accuracy}`,
  epochOf: (done: number, planned: number) => `epoch ${done} of ${planned}`,
  firstEpoch: 'Curves are drawn when the first epoch has ended; the loss of its steps is below.',
  noSteps: 'No step has been made yet.',
  picturesOf: 'Pictures',
  report: 'Open the whole report',
  pictureNames: {
    'samples.png': 'Training images',
    'confusion.svg': 'What each class was taken for',
    'classes.svg': 'Precision, recall and F1',
    'confused.png': 'Classes that are confused most',
    'top-losses.png': 'The images with the highest loss',
    'reliability.svg': 'Reliability',
    'roc.svg': 'ROC, precision and recall',
  } as Readonly<Record<string, string>>,
  copy: 'Copy',
  copied: 'Copied',
  lost: 'The server does not answer. What trains goes on; this page tries again.',
  gone: 'This run is no longer there.',
  language: 'Language',
  steer: 'Steer',
  stopAndSave: 'Stop and save',
  reallyStop: 'Stop it now: --resume goes on with it',
  goOn: 'Go on training',
  newRate: 'New learning rate',
  change: 'Change',
  noRate: 'A number above 0 is required, such as 0.001 or 1e-4.',
  asked: 'The training has been asked; it does so between two steps.',
  byHand: {
    stop: (step: number, time: string) => `${time}: stopped after step ${step}`,
    lr: (step: number, time: string, from: string, to: string) =>
      `${time}: learning rate ${from} → ${to} after step ${step}`,
  },
};

export type PageWords = typeof english;

const chinese: PageWords = {
  ...reportChinese,
  runs: '训练',
  runsIn: (folder) => `${folder} 中的训练`,
  run: '训练',
  dataColumn: '数据',
  network: '网络',
  stateColumn: '状态',
  bestColumn: '最佳',
  epochs: '轮次',
  time: '时间',
  states: {
    running: '正在训练',
    finished: '已完成',
    stopped: '已停止',
    failed: '失败',
    died: '意外中断',
    unreadable: '无法读取',
  },
  noRuns: '还没有训练。一旦有了，这里就会显示：',
  choose: (run) => `比较 ${run}`,
  compareChosen: '比较所选训练',
  all: '所有训练',
  left: (time) => `还需 ${time}`,
  took: (time) => `已用 ${time}`,
  bestIs: (accuracy, epoch) => `最佳 ${accuracy}（第 ${epoch} 轮）`,
  testIs: (accuracy) => `测试 ${accuracy}`,
  epochOf: (done, planned) => `第 ${done} 轮，共 ${planned} 轮`,
  firstEpoch: '第一轮结束后会画出曲线；下面是每一步的损失。',
  noSteps: '还没有走任何一步。',
  picturesOf: '图片',
  report: '打开完整报告',
  pictureNames: {
    'samples.png': '训练图片',
    'confusion.svg': '混淆矩阵',
    'classes.svg': '精确率、召回率和 F1',
    'confused.png': '最常混淆的类别',
    'top-losses.png': '损失最高的图片',
    'reliability.svg': '可靠性',
    'roc.svg': 'ROC、精确率和召回率',
  },
  copy: '复制',
  copied: '已复制',
  lost: '服务器没有回应。训练仍在继续；本页会再试。',
  gone: '这个训练已经不在了。',
  language: '语言',
  steer: '控制',
  stopAndSave: '停止并保存',
  reallyStop: '现在停止：之后可用 --resume 继续',
  goOn: '继续训练',
  newRate: '新的学习率',
  change: '更改',
  noRate: '需要一个大于 0 的数，例如 0.001 或 1e-4。',
  asked: '已通知训练；它会在两步之间执行。',
  byHand: {
    stop: (step, time) => `${time}：在第 ${step} 步后停止`,
    lr: (step, time, from, to) => `${time}：在第 ${step} 步后学习率 ${from} → ${to}`,
  },
};

export const languages = { en: english, zh: chinese } as const;
export type PageLanguage = keyof typeof languages;

/** What was chosen here before, else what the browser is set to. */
export function chosenLanguage(): PageLanguage {
  const kept = localStorage.getItem('wick-language');
  if (kept === 'en' || kept === 'zh') return kept;
  return navigator.language.startsWith('zh') ? 'zh' : 'en';
}
