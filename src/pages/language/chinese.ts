import type { PictureWords } from './english.js';

export const chinese: PictureWords = {
  language: '语言',
  percent: (share) => `${share}%`,

  choosePicture: '选择图片',
  orDropPicture: '或拖放、粘贴到这里',
  noPictureInIt: '其中没有图片。',

  useCamera: '使用摄像头',
  takePicture: '拍一张',
  keepLooking: '持续识别',
  closeCamera: '关闭摄像头',
  noCamera: (reason) => `无法使用摄像头（${reason}）。`,
  notSecure: '页面必须通过 https 或从本机打开',

  model: '模型',
  showReasons: '显示模型的依据（Grad-CAM）',
  heatmap: '热力图',
  thePicture: '图片',
  thePictureWithHeat: '图片，颜色表示支持该类别的位置',
  unsure: '模型不确定',
  answerTo: (picture, answer) => `${picture}：${answer}`,
  exchanged: '（已将明暗互换，与模型所学一致）',
  answered: (status) => `服务器返回 ${status}。`,

  loading: (share) => `正在加载模型：${share}`,
  notLoaded: (reason) => `无法加载模型：${reason}`,
  ready: (classes) => `已就绪：${classes} 个类别。`,
  facts: (network, threads, license) =>
    [
      '图片不会离开本机',
      `${network}，${threads} 个线程`,
      ...(license === undefined ? [] : [`模型许可：${license}`]),
    ]
      .join('；')
      .concat('。'),

  learn: '学习',
  aboutLearning: '给两个或更多类别命名，并为每个类别添加图片：二十张就够，至少五张。',
  addClass: '添加类别',
  className: (number) => `类别 ${number}`,
  nameOfClass: (number) => `类别 ${number} 的名称`,
  addPictures: '添加图片',
  fromCamera: '来自摄像头',
  pictures: (count) => (count === 0 ? '没有图片' : `${count} 张图片`),
  whatLearns: '训练什么',
  backbone: '网络上的新分类头',
  fresh: '从头训练一个小网络',
  whatComputes: '用什么计算',
  processor: '处理器',
  gpu: '显卡（实验性）',
  computesOnGpu: (name) => `由显卡计算（${name}）。`,
  computesOnProcessor: (problem) =>
    problem === null ? '由处理器计算。' : `显卡不可用，由处理器计算：${problem}。`,
  differentNames: '需要两个或更多名称不同的类别',
  tooFew: (name, count, least) => `类别“${name}”有 ${count} 张图片，至少需要 ${least} 张`,
  stages: {
    network: '正在加载网络……',
    pictures: '正在读取图片……',
    features: '正在提取图片特征……',
    learning: '正在学习……',
  },
  epoch: (epoch, epochs, share) =>
    `第 ${epoch} 轮，共 ${epochs} 轮：留出的图片中 ${share} 判断正确`,
  accuracyByEpoch: '每轮的准确率',
  curves: '每轮的准确率：留出部分（粗线），学习部分（细线）',
  confusion: '留出的图片：实际类别与判断结果',
  tryIt: '试一试',
  save: '保存 model.wick',
};
