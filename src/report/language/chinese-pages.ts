import { chineseNote } from './chinese-notes.js';
import type { englishPages } from './english-pages.js';
import { type LinesInChinese, translated } from './translated.js';

/** What judges labels. */
const judges: LinesInChinese = [
  [/^a linear layer on the features of (\S+)$/, ' $1 特征上的线性层'],
  [/^(\S+) on (\d+×\d+) pixels$/, ' $1（$2 像素）'],
];

export const chinesePages: typeof englishPages = {
  compare: {
    title: (runs) => (runs === 1 ? '1 次训练' : `${runs} 次训练的比较`),
    heldOut: '未参与训练的数据',
    runs: '各次训练',
    run: '训练',
    epochs: '轮次',
    val: '验证',
    test: '测试',
    time: '用时',
    speed: '图片/秒',
    parameters: '参数量',
    setting: '设置',
    differing: '不同之处',
    noneDiffers: '各项设置都相同。',
    facts: {
      data: '数据',
      'recipe file': '配方文件',
      'recipe file SHA-256': '配方文件 SHA-256',
      'training images': '训练图片数',
      'training set': '训练集',
      engine: '引擎',
      threads: '线程数',
      'by hand': '人工更改',
    },
    byHand: (text) => text.split('; ').map(chineseNote).join('；'),
    curves: '曲线',
    notCompared: '未能比较',
    seeds: (runs, split, accuracy, count) =>
      `${runs}：${split === 'val' ? '验证' : '测试'}准确率 ${accuracy}（${count} 个随机种子）`,
    failed: (run, reason) => `${run} 失败${reason === undefined ? '' : `：${reason}`}`,
    stopped: (run, epochs) => `${run} 在第 ${epochs} 轮后被停止`,
    unfinished: (run) => `${run} 尚未结束：仍在训练，或可用 wick train --resume 继续`,
    endedEarly: (run, epochs) => `${run} 在第 ${epochs} 轮后提前结束`,
    and: ' 与 ',
    classesDiffer: (runs) => `${runs} 的类别不同：准确率不能相互比较`,
    imagesDiffer: (runs) => `${runs} 的测试图片不同：准确率的差异也来自于此`,
    chosen: (byTest, byVal) =>
      `${byTest} 的最佳轮次由测试集选出，${byVal} 的由验证集选出：前者看起来比实际略好`,
    best: (run, points, second) => `${run} 最好，比 ${second} 高 ${points} 个百分点`,
    others: '其余各次',
    notApart: (run, images, others) =>
      `${run} 的准确率最高，但 ${images} 张测试图片不足以把它与${others}区分开：置信区间重叠`,
  },
  gallery: {
    notShown: '未能显示',
    why: (run) => `判断依据：${run}`,
    how: (model, methods, layer, pictures) =>
      `${model}，${methods}${layer === null ? '' : `，位于 ${layer}`}；${pictures} 张图片，均为网络所见`,
    ownScale: '每张热图各有自己的刻度：颜色表示位置，不表示大小。',
    low: '与该类别无关',
    high: '最支持该类别',
    picture: '图片',
    predicted: (name, share) => `预测为 ${name}（${share}）`,
    right: '，正确',
    truly: (name) => `，实为 ${name}`,
    features: (image) => `特征图：${image}`,
    rowByRow: (run, model) => `${run}，${model}；逐行排列，每张图各有自己的刻度`,
    smallest: '最小',
    largest: '最大',
    filterCount: (count, shape) => `${count} 个卷积核 ${shape}`,
    mapCount: (count, height, width, drawn) =>
      `${count} 张 ${height}×${width} 的特征图${count > drawn ? `，画出前 ${drawn} 张` : ''}`,
    whyClass: (name, role, share) =>
      `为何是 ${name}（${{ predicted: '', true: '真实类别，', asked: '所问类别，' }[role]}${share}）`,
  },
  embed: {
    title: (run) => `${run} 眼中的相似图片`,
    how: (pictures, by, layer, share) =>
      `${pictures} 张图片，按${layer ?? '最后一层所依据的特征'}的${by}排列，${share}`,
    by: { pca: '两个主成分', umap: '近邻关系（UMAP）' },
    held: (shares) => `它们包含 ${shares.join(' 和 ')} 的差异`,
    distances: '各群之间的距离意义不大',
    dashed: (pictures) => `虚线框：被模型认作其他类别的 ${pictures} 张。`,
  },
  audit: {
    title: (data) => `${data} 的标签`,
    guesses: (pictures) =>
      `无法对 ${pictures} 张图片的标签下结论：判断者几乎不比总是回答最大的类别更好`,
    none: (pictures) => `${pictures} 张图片的标签看来都正确`,
    some: (suspects, pictures) => `${pictures} 张图片中有 ${suspects} 张的标签很可能有误`,
    how: (judge, folds, share) =>
      `由${translated(judge, judges) ?? judge}判断，共 ${folds} 折；与 ${share} 的标签一致`,
    surest: (shown) => `只显示最确定的 ${shown} 张。`,
  },
  tune: {
    title: (data, trials) => `${data}：${trials} 次试验`,
    objective: {
      accuracy: '验证准确率（%）',
      balancedAccuracy: '验证平衡准确率（%）',
      loss: '验证损失',
    },
    metric: { accuracy: '准确率', balancedAccuracy: '平衡准确率', loss: '损失' },
    best: (trial, metric, score, test) =>
      `最佳为第 ${trial} 次试验：验证${metric} ${score}${test === null ? '' : `；在未用于选择的测试集上，准确率为 ${test}`}。`,
    search: { grid: '网格搜索', tpe: 'TPE 搜索', random: '随机搜索' },
    how: (seeds, search, reduction) =>
      `每次试验${seeds === 1 ? '训练一次' : `用 ${seeds} 个随机种子`}；${search}${reduction === null ? '' : `，每一级有 1/${reduction} 继续`}。`,
    someFailed: (trials) => `${trials} 次失败。`,
    history: '过程',
    tried: '试过的设置',
    importance: '重要性',
    mattered: '各设置的影响（%）',
    trials: '各次试验',
    trial: '试验',
    epochs: '轮次',
    failed: '失败',
    endedEarly: '提前结束',
    bestSoFar: '目前最佳',
  },
};
